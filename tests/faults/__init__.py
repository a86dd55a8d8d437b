"""What survives kill -9, lost answers, stopped hosts and a Redis that forgets."""
