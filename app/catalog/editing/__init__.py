"""Live changes: items written, patched and removed one by one or in batches, searchable at once."""
