"""Jobs, schedules, sensors and partitions."""
