"""What runs on routers.

``detour`` avoids links that are not as declared; ``refusing`` has the router refuse what it was
told to.
"""
