"""Printed names of Java methods → canonical names: parts added by a class loader, the JVM's own numbering and addresses are dropped.

    java.base/java.lang.Thread.run                         java.lang.Thread.run
    app//com.shop.Cart.add                                 com.shop.Cart.add
    Srv$$Lambda$8/0x00007fa398008a20.handle                $$Lambda.handle
    com.sun.proxy.$Proxy42.find                            com.sun.proxy.$Proxy.find
    jdk.internal.reflect.GeneratedMethodAccessor17.invoke  jdk.internal.reflect.GeneratedMethodAccessor.invoke

A lambda's own class has no more to say than the method behind it, `Srv.lambda$main$4`, which is in the next frame.
"""

from __future__ import annotations

from stackan.normalize.symbols import UNNAMED
from stackan.normalize.symbols import canonical as canonical_native

# Classes that the run-time or a framework makes and numbers.
_NUMBERED = ("$Proxy", "GeneratedMethodAccessor", "GeneratedConstructorAccessor", "GeneratedSerializationConstructorAccessor")
# ...and marks of those that it names with a hash.
_HASHED = ("$$EnhancerBy", "$$FastClassBy", "$$SpringCGLIB$$", "$HibernateProxy$", "$ByteBuddy$", "$MockitoMock$")


def canonical(printed: str) -> str:
    """The canonical form of a printed method.

    >>> canonical("java.base/java.lang.Thread.run")
    'java.lang.Thread.run'
    >>> canonical("Srv$$Lambda$8/0x00007fa398008a20.handle")
    '$$Lambda.handle'
    """
    name = printed
    if "." not in name or "::" in name:  # native code, which Android's run-time and OpenJ9 print, too
        return canonical_native(name)
    if "/" in name or "+0x" in name:
        name = _drop_address(name)
        name = name.rpartition("/")[2]
    if "$" not in name and "Generated" not in name:
        return name or UNNAMED
    owner, dot, method = name.rpartition(".")
    if "$$Lambda" in owner:
        return f"$$Lambda.{method}"
    for mark in _HASHED:
        if mark in owner:
            owner = owner[: owner.index(mark)] + mark.rstrip("$")
    if any(mark in owner for mark in _NUMBERED):
        owner = owner.rstrip("0123456789")
    return f"{owner}{dot}{method}"


def _drop_address(name: str) -> str:
    """Drop the `/0x00007fa398008a20` of a hidden class (`+0x…` as jhsdb writes it)."""
    for mark in ("/0x", "+0x"):
        start = name.find(mark)
        if start >= 0:
            stop = name.find(".", start)
            name = name[:start] + (name[stop:] if stop >= 0 else "")
    return name
