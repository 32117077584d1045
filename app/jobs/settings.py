"""What an operator may set about jobs."""

from pydantic import BaseModel, Field, model_validator


class JobSettings(BaseModel):
    """The job runner: in this process, or left to `tryon worker` processes.

    `concurrency`: how many jobs one process runs at a time. A worker says every `heartbeat_s` seconds that it lives;
    silent for `lease_s` it has lost its job to another. A job whose process died, or that failed for a reason that
    passes (the database away, the disk full), is begun up to `attempts` times, after pauses that double from
    `backoff_s`. Finished jobs are forgotten after `keep_days`.
    """

    in_process: bool = True
    poll_s: float = Field(default=1.0, gt=0)
    concurrency: int = Field(default=2, ge=1, le=16)
    heartbeat_s: float = Field(default=5.0, gt=0)
    lease_s: float = Field(default=30.0, gt=0)
    attempts: int = Field(default=5, ge=1)
    backoff_s: float = Field(default=2.0, ge=0)
    keep_days: int = Field(default=90, ge=1)

    @model_validator(mode="after")
    def _heart_faster_than_lease(self) -> "JobSettings":
        if self.lease_s < 2 * self.heartbeat_s:
            raise ValueError("jobs.lease_s must be at least twice jobs.heartbeat_s, or every late beat loses a job")
        return self
