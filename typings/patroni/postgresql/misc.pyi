class PostgresqlState:
    RUNNING: str
