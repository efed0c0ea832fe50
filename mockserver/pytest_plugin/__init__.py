"""The pytest plugin: a sandbox for each test, whose client is judged when the test ends."""
