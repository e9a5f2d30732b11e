cdef int _later = 0
