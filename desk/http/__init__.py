"""The desk for programs: JSON over HTTP under `/api/v1`, and tools for language models (MCP) under `/mcp`."""
