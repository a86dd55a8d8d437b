"""The processes: workers, the scheduler, and the supervisor that runs them all on one machine."""
