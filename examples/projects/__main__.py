from .make_data import main

main()
