"""Cases that grade a client, a module per provider, and those that all share."""
