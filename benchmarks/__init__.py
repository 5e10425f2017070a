"""What the platform costs: ratios against the bare pipeline, measured side by side in one run."""
