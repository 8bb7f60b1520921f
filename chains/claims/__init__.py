"""What a claim says and what a quote says, read and compared: figures, dates, directions, names. No model."""
