"""A real PostgreSQL and a Redis-compatible server for one test run: started in a temporary folder, stopped by pid."""
