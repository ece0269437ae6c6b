"""`python -m archinspect`."""

from archinspect.cli import main

if __name__ == "__main__":
    main()
