"""What plugin authors test with: conformance suites, a project fixture, sample files."""
