"""A worker: ``python -m jobs.worker``. As many as wanted, on as many machines.

One queue only: RQ loses the job it just took when a worker of several queues is killed.
SimpleWorker, because its process keeps the HTTP client and the application between jobs; the
supervisor starts it anew should it die.
"""

from __future__ import annotations

import os

from rq import SimpleWorker
from rq.serializers import JSONSerializer

from webapp import hints
from wsgi import app

TTL_S = 25
MAINTENANCE_S = 10


def main() -> None:
    hints.ensure_redis(app)
    os.nice(app.config["WORKER_NICE"])  # not of Redis, which the web asks as well
    worker = SimpleWorker(
        [hints.QUEUE],
        connection=app.extensions["redis_for_workers"],
        serializer=JSONSerializer,
        worker_ttl=TTL_S,
        maintenance_interval=MAINTENANCE_S,
    )
    worker.work(logging_level="WARNING")


if __name__ == "__main__":
    main()
