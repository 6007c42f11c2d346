"""What runs on routers: ``detour`` avoids links that are not as declared."""
