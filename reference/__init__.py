"""The small application behind every service of the default network.

It takes submissions, and keeps one promise: a submission that it acknowledged is
committed once, whatever happens afterwards. It imports nothing else of ours, as a
real service would not.
"""
