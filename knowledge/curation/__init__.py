"""What is wrong with the articles themselves: contradictions, doubles, what has aged, what nobody uses."""
