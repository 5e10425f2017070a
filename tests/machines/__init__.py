"""Random lives of demands on a real database, everybody acting, and what must hold of each of them whatever happens."""
