"""Cases that check a server against the documents: this mock, or the real provider."""
