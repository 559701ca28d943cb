"""From events to the numbers that scores rest on."""
