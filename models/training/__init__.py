"""Makes models: reads a data folder, caches what frozen backbones see, trains heads, writes open_clip's format."""
