"""The store: every file that was loaded, whole and unchanged, and what was read from it.

``raw/`` holds the files by the SHA-256 of their bytes, ``rows/`` a Parquet file a release, ``catalogue.sqlite`` one row a
release. A release exists when its row is committed; a file without a row is nobody's and is swept at the next load.
"""
