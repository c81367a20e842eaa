"""Tests of the provider clients, over real sockets on 127.0.0.1."""
