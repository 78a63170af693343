"""The stores and the search over them."""
