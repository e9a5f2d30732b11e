# Part of _fast.pyx: stacks as folded lines.  `PlainFolder` of report/folded.py says the same in Python.

cdef class Folder:
    """Threads → a line for each distinct stack: its names from the outermost on, and how many of the threads have it.

    names: for each site its name, as a part of such a line.
    """

    cdef View sites, parents
    cdef Fragments names
    cdef int64_t *counts  # of each node, 0 between the calls
    cdef int32_t *distinct  # nodes in the order of their first threads; room for all
    cdef int32_t *stack
    cdef Written written

    def __init__(self, node_site, node_parent, list names):
        cdef Py_ssize_t room
        self.sites, self.parents, self.names = of_int32(node_site), of_int32(node_parent), Fragments(names)
        room = max(1, self.sites.count)
        if self.parents.count != self.sites.count:
            raise ValueError("a node has a site and a parent")
        self.counts = <int64_t *>calloc(room, sizeof(int64_t))
        self.distinct = <int32_t *>malloc(room * sizeof(int32_t))
        self.stack = <int32_t *>malloc(room * sizeof(int32_t))
        if self.counts == NULL or self.distinct == NULL or self.stack == NULL:
            raise MemoryError

    def __dealloc__(self):
        free(self.counts)
        free(self.distinct)
        free(self.stack)
        free(self.written.text)

    def fold(self, nodes, bytes root):
        """The lines of some threads, by their nodes, each behind `root`."""
        cdef View given = of_int32(nodes)
        cdef const int32_t *node = <const int32_t *>given.buffer.buf
        cdef Py_ssize_t row, count = 0
        for row in range(given.count):
            if node[row] == UNKNOWN:
                continue
            if not 0 <= node[row] < self.sites.count:
                raise IndexError(f"node {node[row]} of {self.sites.count}")
            if self.counts[node[row]] == 0:
                self.distinct[count] = node[row]
                count += 1
            self.counts[node[row]] += 1
        for row in range(count):
            self.write_stack(self.distinct[row], root)
            make_space(&self.written, 32)
            put_word(&self.written, b" ")
            put_number(&self.written, self.counts[self.distinct[row]])
            put_word(&self.written, b"\n")
            self.counts[self.distinct[row]] = 0
        return take_written(&self.written)

    cdef int write_stack(self, int32_t node, bytes root) except -1:
        cdef const int32_t *parents = <const int32_t *>self.parents.buffer.buf
        cdef const int32_t *sites = <const int32_t *>self.sites.buffer.buf
        cdef Py_ssize_t depth = 0
        cdef size_t size = 0
        cdef const Fragment *name
        while node >= 0:
            if not 0 <= sites[node] < self.names.count:
                raise IndexError(f"site {sites[node]} of {self.names.count}")
            self.stack[depth] = sites[node]
            size += self.names.fragments[sites[node]].size
            depth += 1
            if parents[node] >= node:
                raise ValueError("a parent is a smaller node")  # else a circle would have no end
            node = parents[node]
        size += len(root) + depth
        make_space(&self.written, size)
        put_bytes(&self.written, PyBytes_AS_STRING(root), len(root))
        while depth:
            depth -= 1
            name = &self.names.fragments[self.stack[depth]]
            put_bytes(&self.written, name.text, name.size)
            if depth:
                put_bytes(&self.written, b";", 1)
        return 0
