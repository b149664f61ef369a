class Martlet:
    def __init__(self, f): pass
