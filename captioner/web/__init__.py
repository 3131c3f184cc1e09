"""What the web servers of captioner have in common: which pages may use them, and how long a connection may idle.

origins.py            which pages and names are answered
limited_protocol.py   limits of connections, against clients that are slow on purpose
"""
