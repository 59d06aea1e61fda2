# -*- coding: latin-1 -*-
NAME = 'café'


def helper_0(value):
    return value + 0


def helper_1(value):
    return value + 1


def helper_2(value):
    return value + 2


def helper_3(value):
    return value + 3


def helper_4(value):
    return value + 4


def helper_5(value):
    return value + 5


def helper_6(value):
    return value + 6


def helper_7(value):
    return value + 7


def helper_8(value):
    return value + 8


def helper_9(value):
    return value + 9


def helper_10(value):
    return value + 10


def helper_11(value):
    return value + 11


def helper_12(value):
    return value + 12


def helper_13(value):
    return value + 13


def helper_14(value):
    return value + 14


def helper_15(value):
    return value + 15


def helper_16(value):
    return value + 16


def helper_17(value):
    return value + 17


def helper_18(value):
    return value + 18


def helper_19(value):
    return value + 19


