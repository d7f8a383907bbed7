"""The reading of stories: pure steps, the graph that joins them, the runners that carry it, and the command line."""
