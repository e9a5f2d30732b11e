"""Ruby's frames → canonical names: `puma/thread_pool.rb:spawn_thread`, and `C#pop` for a function that is written in C.

    /srv/gems/puma-6.4.2/lib/puma/thread_pool.rb:172:in `block in spawn_thread'             puma/thread_pool.rb:spawn_thread.block
    /srv/gems/puma-6.4.2/lib/puma/thread_pool.rb:172:in 'block in Puma::ThreadPool#spawn_thread'      Ruby 3.4: the same
    /srv/app/lib/push.rb:22:in 'Thread::Queue#pop'                                          C#pop

A block is no second call of its method, which may stand further out.  A method's bare name says nothing without its file; only
since Ruby 3.4 a class stands before it.
"""

from __future__ import annotations

from stackan.model.rows import read_location

# Behind these a path is that of the require.
_ROOTS = ("/lib/ruby/", "/lib/")

# {(class, method): another name} where the same method of another class is another wait.
_TOLD_APART = {("Mutex", "sleep"): "mutex_sleep", ("Process", "wait"): "waitpid", ("IO", "wait"): "wait_readable"}


def located(printed: str, location: str) -> str:
    """The canonical name of a frame.

    >>> located("block (2 levels) in spawn_thread", "at /srv/gems/puma-6.4.2/lib/puma/thread_pool.rb:172")
    'puma/thread_pool.rb:spawn_thread.block'
    >>> located("Thread::Queue#pop", "from C")
    'C#pop'
    """
    where = read_location(location)
    if where.file is None:
        owner, _, method = printed.replace(".", "#").rpartition("#")
        return f"C#{_TOLD_APART.get((owner.rpartition(':')[2], method), method)}"
    inside, within, name = printed.rpartition(" in ")  # block in, block (2 levels) in, rescue in, ensure in
    if not name.startswith("<"):
        name = name.replace(".", "#").rpartition("#")[2] or name
    block = ".block" if within and inside.startswith("block") else ""
    return f"{_required(where.file)}:{name}{block}"


def _required(file: str) -> str:
    """The path of a file as it is required: `net/http.rb`; of one outside of any library its name."""
    for root in _ROOTS:
        _, found, path = file.rpartition(root)
        if found:
            version, _, rest = path.partition("/")
            return rest if version[:1].isdigit() and rest else path
    return file.rpartition("/")[2]
