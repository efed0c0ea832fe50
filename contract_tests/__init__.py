"""What a team runs against its own client, and against the real providers."""
