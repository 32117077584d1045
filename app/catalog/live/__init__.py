"""What requests search right now: a snapshot's columns, brought up to whatever changed since."""
