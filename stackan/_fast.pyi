from _typeshed import ReadableBuffer

from stackan.model.columns import Columns

def scan(data: ReadableBuffer, dialect: int) -> Columns: ...
