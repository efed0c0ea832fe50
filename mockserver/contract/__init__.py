"""What a client must and should do, told from the exchanges of a journal when asked for."""
