"""A model made smaller or faster: ONNX graphs, int8, structured pruning; each held against its original (F12)."""
