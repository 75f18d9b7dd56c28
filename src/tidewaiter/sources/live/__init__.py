"""Publishers' interfaces, asked live: what to ask, how to ask again in smaller parts, what an answer is worth.

Nothing here touches a store. An *ask* knows its address, its row cap and its parts; :class:`~tidewaiter.sources.live.http.Line`
gets its answer into a file; the readers of :mod:`tidewaiter.sources` read that file as they read any other.
"""
