"""Measures encoders: pure metrics, the demo shop's wishes, and one report over the validation split."""
