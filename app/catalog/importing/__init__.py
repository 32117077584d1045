"""A feed into the catalogue: read whole into a spool, then written in batches; what it no longer names is retired."""
