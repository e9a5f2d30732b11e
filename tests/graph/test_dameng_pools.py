"""DMDSC's services are pools of their own, each known by what its functions are called."""

from __future__ import annotations

import pytest

from tests.dumping import START, Thread, analyze, app, condition, dump, poll_events, thread

SERVER = thread(8200, "dmserver", poll_events(), app("nsvr_lsnr_thread"), START)


def idle(lwp: int, service: str) -> Thread:
    wait = condition(0x5583_9000 + lwp * 64, 0x5584_9000)
    return thread(
        lwp, f"dm_{service}wrk_thd", wait, app("os_semaphore_p"), app(f"{service}_queue_check"), app(f"{service}_worker_thread"), START
    )


@pytest.mark.parametrize("service", ["gbs", "lbs", "gls", "lls", "gtv", "ltv"])
def test_a_service_is_a_pool_with_its_own_name(service: str) -> None:
    text = dump(SERVER, *(idle(8301 + at, service) for at in range(3)), *(idle(8401 + at, "ntsk") for at in range(2)))
    pools = {pool.name: [worker.lwp for worker in pool.workers] for pool in analyze(text, text).processes[0].pools}
    [name] = [name for name in pools if service.upper() in name]
    assert sorted(pools[name]) == [8301, 8302, 8303]
