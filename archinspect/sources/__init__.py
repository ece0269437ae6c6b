"""Where a model's published files come from: Target -> Snapshot.

bundled (shipped with archinspect) · local (a folder on disk) · hub (the network and its cache). Each
turns trouble with one model into that model's outcome; none of them executes anything it reads.
"""
