"""Everything that writes: which version scores, and who took risks away as a file."""

from proactive.services.exporting import export_risks
from proactive.services.promoting import GateRefused, freeze, promote, roll_back, unfreeze

__all__ = ["GateRefused", "export_risks", "freeze", "promote", "roll_back", "unfreeze"]
