"""Publishers' formats: a small file each, one registry, recognised from content."""
