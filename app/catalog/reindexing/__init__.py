"""From the catalogue to a live index: embed what lacks a vector, build, verify, switch."""
