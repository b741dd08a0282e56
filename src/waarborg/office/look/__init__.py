"""How the office looks and speaks: one stylesheet, one set of words, three heroes. Used by the centre and the console.

    {% load look %}
    {% t "request.title" %}              a text of `office/texts/<language>/request.yaml`, key `title`
    {% clock clock %}                    the clock of a request (`look.heroes.Clock`)
    {% difference plan %}                a plan as a difference (`look.heroes.Difference`)
    {% promise proof %}                  a promise with its proof (`look.heroes.Proof`)
    {% field form.email "ask.email" %}   label, hint, error and box

`/components` shows every component in each state.
"""
