"""Asks what can only be asked by waiting, without waiting longer than the deadline."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from ndc.kernel.errors import NdcError

AnswerT = TypeVar("AnswerT")


async def in_thread(ask: Callable[[], AnswerT], *, deadline: timedelta) -> AnswerT:
    """Return the answer of ``ask``, or raise the NdcError that it raises.

    Raises:
        TimeoutError: there is none yet; the thread is left behind, and holds nothing up.
    """
    # not the loop's own threads: asyncio would wait for one that hangs before it ends
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[AnswerT] = loop.create_future()

    def work() -> None:
        try:
            found = ask()
        except NdcError as error:
            _tell(lambda error=error: answer.done() or answer.set_exception(error))
        else:
            _tell(lambda: answer.done() or answer.set_result(found))

    def _tell(say: Callable[[], object]) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(say)

    threading.Thread(target=work, daemon=True).start()
    async with asyncio.timeout(deadline.total_seconds()):
        return await answer
