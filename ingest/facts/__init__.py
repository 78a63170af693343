"""What a text tells about itself: place, date, kind, issuer, authors, speaker, occasion; and corrections of it."""
