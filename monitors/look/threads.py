"""Asks what can only be asked by waiting, without waiting longer than the deadline."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar, cast

from core.errors import NdcError

AnswerT = TypeVar("AnswerT")


async def in_thread(ask: Callable[[], AnswerT], *, deadline: timedelta) -> AnswerT:
    """Return the answer of ``ask``, or raise the NdcError that it raises.

    Raises:
        TimeoutError: there is none yet; the thread is left behind, and holds nothing up.
    """
    # not the loop's own threads: asyncio would wait for one that hangs before it ends
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[AnswerT] = loop.create_future()

    def settle(value: AnswerT | None, error: NdcError | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(cast("AnswerT", value))

    def work() -> None:
        value: AnswerT | None = None
        failure: NdcError | None = None
        try:
            value = ask()
        except NdcError as error:
            failure = error
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=work, daemon=True).start()
    async with asyncio.timeout(deadline.total_seconds()):
        return await answer
