"""The project package and the app of studies: who reads, with which codebook, and what they found."""
