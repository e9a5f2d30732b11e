# Part of _fast.pyx: the reduction of the wait-for graph, on plain arrays.  graph/reduce.py says the same in Python, and why it is right.


cdef class Reducer:
    """A wait-for graph; a node is released as soon as so many of its suppliers are as it needs.

    needs: of each node; out: of each node its edges, whose second item is the supplier.
    """

    cdef Py_ssize_t nodes, edges
    cdef array.array _needs, _begins, _suppliers, _waiter_begins, _waiters
    cdef array.array _missing, _low, _number, _at, _mark, _seen, _parent, _stack, _queue
    cdef int32_t *needs
    cdef int32_t *begins  # of each node's suppliers, and where the last ones end
    cdef int32_t *suppliers
    cdef int32_t *waiter_begins
    cdef int32_t *waiters
    cdef int32_t *missing  # suppliers that are not released yet, beyond those it can do without; at most 0 of what is released
    cdef int32_t *low
    cdef int32_t *number
    cdef int32_t *at
    cdef int32_t *mark
    cdef int32_t *seen
    cdef int32_t *parent
    cdef int32_t *stack
    cdef int32_t *queue
    cdef int32_t marks  # that were given, to components and to searches: no node has a later one

    def __init__(self, list needs not None, list out not None):
        cdef Py_ssize_t node
        cdef int32_t *next_waiter
        if len(needs) != len(out):
            raise ValueError("each node has its edges")
        self.nodes, self.edges = len(needs), 0
        for edges in out:
            self.edges += len(<list?>edges)
        if self.nodes >= INT32_MAX or self.edges >= INT32_MAX:
            raise OverflowError("a graph of more nodes or edges than are counted")
        self._needs = self.numbers(self.nodes, &self.needs)
        self._begins = self.numbers(self.nodes + 1, &self.begins)
        self._suppliers = self.numbers(self.edges, &self.suppliers)
        self._waiter_begins = self.numbers(self.nodes + 1, &self.waiter_begins)
        self._waiters = self.numbers(self.edges, &self.waiters)
        self._missing = self.numbers(self.nodes, &self.missing)
        self._low = self.numbers(self.nodes, &self.low)
        self._number = self.numbers(self.nodes, &self.number)
        self._at = self.numbers(self.nodes, &self.at)
        self._mark = self.numbers(self.nodes, &self.mark)
        self._seen = self.numbers(self.nodes, &self.seen)
        self._parent = self.numbers(self.nodes, &self.parent)
        self._stack = self.numbers(self.nodes, &self.stack)
        self._queue = self.numbers(self.nodes, &self.queue)
        self.marks = 0
        for node in range(self.nodes):
            self.needs[node] = needs[node]
        self.read(out)

    cdef array.array numbers(self, Py_ssize_t count, int32_t **start):
        cdef array.array found = new_column("i", count)
        memset(found.data.as_voidptr, 0, count * sizeof(int32_t))
        start[0] = <int32_t *>found.data.as_ints
        return found

    cdef int read(self, list out) except -1:
        """The suppliers of each node in the order of its edges, and the waiters of each."""
        cdef Py_ssize_t node, place = 0
        cdef int32_t supplier
        for node in range(self.nodes):
            self.begins[node] = <int32_t>place
            for edge in <list?>out[node]:
                if not isinstance(edge, tuple) or len(<tuple>edge) < 2:
                    raise TypeError("an edge is a tuple whose second item is the supplier")
                supplier = (<tuple>edge)[1]
                if not 0 <= supplier < self.nodes:
                    raise IndexError(f"node {supplier} of {self.nodes}")
                self.suppliers[place] = supplier
                self.waiter_begins[supplier + 1] += 1
                place += 1
        self.begins[self.nodes] = <int32_t>place
        for node in range(self.nodes):
            self.waiter_begins[node + 1] += self.waiter_begins[node]
            self.at[node] = self.waiter_begins[node]
        for node in range(self.nodes):
            for place in range(self.begins[node], self.begins[node + 1]):
                supplier = self.suppliers[place]
                self.waiters[self.at[supplier]] = <int32_t>node
                self.at[supplier] += 1
        return 0

    def reduced(self):
        """([the held nodes, ascending], [(the nodes of a cause, ascending; a cycle through some of them)])"""
        cdef Py_ssize_t node
        self.release_all()
        held = [node for node in range(self.nodes) if self.missing[node] > 0]
        return held, [(component, self.shortest_cycle(component)) for component in self.components(held) if self.is_cause(component)]

    cdef void release_all(self) noexcept:
        """`unreleased` of all nodes."""
        cdef Py_ssize_t node, ready = 0, place
        cdef int32_t waiter
        for node in range(self.nodes):
            self.missing[node] = self.needs[node]
            if self.missing[node] <= 0:
                self.queue[ready] = <int32_t>node
                ready += 1
        while ready:
            ready -= 1
            node = self.queue[ready]
            for place in range(self.waiter_begins[node], self.waiter_begins[node + 1]):
                waiter = self.waiters[place]
                if self.missing[waiter] > 0:
                    self.missing[waiter] -= 1
                    if not self.missing[waiter]:
                        self.queue[ready] = waiter
                        ready += 1

    cdef list components(self, list held):
        """`components` of the held nodes."""
        cdef list found = []
        cdef list component
        cdef int32_t met = 1, depth, node, other, size = 0, finished = INT32_MAX
        cdef Py_ssize_t root
        memset(self.low, 0, self.nodes * sizeof(int32_t))  # 0: not met
        for root in range(self.nodes):
            if self.missing[root] <= 0 or self.low[root]:
                continue
            depth = 0
            self.queue[0] = <int32_t>root  # the way from the root to the node that is looked at
            self.enter(<int32_t>root, met, size)
            met, size = met + 1, size + 1
            while depth >= 0:
                node = self.queue[depth]
                if self.at[node] < self.begins[node + 1]:
                    other = self.suppliers[self.at[node]]
                    self.at[node] += 1
                    if self.low[other]:
                        self.low[node] = min(self.low[node], self.low[other])
                    elif self.missing[other] > 0:
                        depth += 1
                        self.queue[depth] = other
                        self.enter(other, met, size)
                        met, size = met + 1, size + 1
                    continue
                depth -= 1
                if self.low[node] == self.number[node]:
                    component = []
                    while True:
                        size -= 1
                        other = self.stack[size]
                        component.append(other)
                        self.low[other] = finished
                        if other == node:
                            break
                    component.sort()
                    found.append(component)
                if depth >= 0:
                    other = self.queue[depth]
                    self.low[other] = min(self.low[other], self.low[node])
        return found

    cdef inline void enter(self, int32_t node, int32_t met, int32_t size) noexcept:
        self.low[node] = self.number[node] = met
        self.at[node] = self.begins[node]
        self.stack[size] = node

    cdef int32_t mark_all(self, list component):
        """Mark the nodes of a component; returns the mark, which no other node has."""
        cdef int32_t node
        self.marks += 1
        for node in component:
            self.mark[node] = self.marks
        return self.marks

    cdef bint is_cause(self, list component):
        """Whether a component is deadlocked by itself: some of it is held though everything outside is released."""
        cdef int32_t node, other, inside
        cdef Py_ssize_t place, ready = 0, left = len(component)
        if left == 1 and not self.waits_for(component[0], component[0]):
            return False
        inside = self.mark_all(component)
        for node in component:
            self.parent[node] = self.needs[node]
            for place in range(self.begins[node], self.begins[node + 1]):
                self.parent[node] -= self.mark[self.suppliers[place]] != inside
            if self.parent[node] <= 0:
                self.queue[ready] = node
                ready += 1
        left -= ready
        while ready:
            ready -= 1
            node = self.queue[ready]
            for place in range(self.waiter_begins[node], self.waiter_begins[node + 1]):
                other = self.waiters[place]
                if self.mark[other] == inside and self.parent[other] > 0:
                    self.parent[other] -= 1
                    if not self.parent[other]:
                        self.queue[ready] = other
                        ready, left = ready + 1, left - 1
        return left > 0

    cdef bint waits_for(self, int32_t node, int32_t supplier) noexcept:
        cdef Py_ssize_t place
        for place in range(self.begins[node], self.begins[node + 1]):
            if self.suppliers[place] == supplier:
                return True
        return False

    cdef list shortest_cycle(self, list component):
        """`shortest_cycle` of a component."""
        cdef int32_t node, inside
        cdef int64_t edges = 0, looks
        cdef list best = []
        cdef list found
        for node in component:
            if self.waits_for(node, node):
                return [node]
            edges += self.begins[node + 1] - self.begins[node]
        looks = min(LOOKS * edges, MOST_LOOKS + edges)
        inside = self.mark_all(component)
        for node in component:
            found = self.cycle_through(node, inside, len(best), &looks)
            best = found or best
            if looks < 0 or len(best) == 2 or (len(best) == 3 and found and not self.has_pair(component, inside)):
                break
        return best

    cdef list cycle_through(self, int32_t root, int32_t inside, Py_ssize_t bound, int64_t *looks):
        """`_cycle_through` of a node, whose looks are taken from those that are left."""
        cdef Py_ssize_t size = 1, first = 0, last = 1, stop, place
        cdef int32_t node, other
        cdef list path
        self.marks += 1
        self.queue[0], self.seen[root] = root, self.marks
        while first < last and (size < bound or not bound):
            stop = last
            while first < stop:
                node = self.queue[first]
                first += 1
                for place in range(self.begins[node], self.begins[node + 1]):
                    other = self.suppliers[place]
                    looks[0] -= 1
                    if other == root:
                        path = [node]
                        while node != root:
                            node = self.parent[node]
                            path.append(node)
                        path.reverse()
                        return path
                    if self.mark[other] == inside and self.seen[other] != self.marks:
                        self.seen[other], self.parent[other] = self.marks, node
                        self.queue[last] = other
                        last += 1
            size += 1
        return []

    cdef bint has_pair(self, list component, int32_t inside):
        """Whether two nodes of a component wait for each other."""
        cdef int32_t node
        cdef Py_ssize_t place
        for node in component:
            for place in range(self.begins[node], self.begins[node + 1]):
                self.low[self.suppliers[place]] = node  # the last node that was met as a waiter for it
            for place in range(self.waiter_begins[node], self.waiter_begins[node + 1]):
                if self.mark[self.waiters[place]] == inside and self.low[self.waiters[place]] == node:
                    return True
        return False


cdef int64_t LOOKS = 200, MOST_LOOKS = 1_000_000  # `_LOOKS` and `_MOST_LOOKS` of graph/reduce.py


def reduce_graph(list needs not None, list out not None):
    return Reducer(needs, out).reduced()
