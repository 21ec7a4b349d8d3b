"""The words of the summary: Dr. Spring's article, "How Your Back Can Cause Your Foot Pain!".

The clinician signs them together with ``clinical_wording.py``; a changed word needs a new line in
``clinical_signatures.toml``. Each part takes at most 20 seconds at 165 words a minute, all of them
about 110. A test checks that every claim of the article is told, in both languages, and that no
sentence says anything else. On every clinic's line the article keeps the name of its author.
"""

from voice.language import Text

NOT_ADVICE = Text("This is not medical advice.", "Esto no es un consejo médico.")
SUMMARY = (
    Text(
        "Has your foot hurt for weeks, months, or even years? That is common."
        " Your back can cause it, writes Doctor Joel Spring, physical therapist."
        " Any key skips a part.¦ Your spinal cord ends in your low back."
        " From there, nerves run to your hips and legs. From the neck, to your arms.",
        "¿Hace semanas, meses o hasta años que le duele el pie? Es común."
        " La espalda puede causarlo, escribe el doctor Joel Spring, fisioterapeuta."
        " Cualquier tecla salta una parte.¦ La médula espinal termina en la espalda baja."
        " De ahí salen nervios a las caderas y las piernas, y del cuello, a los brazos.",
    ),
    Text(
        "Your low back should bend forward and back, and turn a little."
        " When top athletes move, back muscles work first."
        " They brace the body, so arms and legs can do more."
        " When your back does not move and is not supported,"
        " your legs may get tight, stiff, or inflamed. That may lead to foot trouble.",
        "La espalda baja debe doblarse hacia adelante y atrás, y girar un poco."
        " En atletas de élite, los músculos de la espalda trabajan primero."
        " Dan firmeza, y brazos y piernas rinden más."
        " Si la espalda no se mueve y no tiene apoyo,"
        " las piernas pueden ponerse tensas, rígidas o inflamadas. Eso puede afectar los pies.",
    ),
    Text(
        "Next, nerves.¦ The sciatic nerve, the thickest in your body, runs down each side."
        " A stiff or tight back may press on it, or on nerves that feed it."
        " Your feet may go numb or tingle."
        " You may lose balance, or get weaker, mostly on one side."
        " Then foot and ankle work more.",
        "Ahora, los nervios.¦ El nervio ciático, el más grueso del cuerpo, baja por cada lado."
        " Una espalda rígida o tensa puede presionarlo, o presionar los nervios que lo forman."
        " Puede sentir los pies dormidos o con hormigueo."
        " Puede perder equilibrio o fuerza, casi siempre de un lado."
        " Así, pie y tobillo trabajan más.",
    ),
    Text(
        "Next, muscle and fascia.¦ Fascia lies between your skin and muscles."
        " It stretches less than muscle, but can get tight."
        " It runs from your back, down your leg, to the bottom of your foot."
        " Tightness in one place may tighten others."
        " The muscles under it may move less, and get tight and sore.",
        "Ahora, músculos y fascia.¦ La fascia está entre la piel y los músculos."
        " Se estira menos que el músculo, pero puede tensarse."
        " Va desde la espalda, por la pierna, hasta la planta del pie."
        " Si una zona se tensa, otras pueden tensarse."
        " Los músculos de debajo pueden moverse menos, tensarse y doler.",
    ),
    Text(
        "Last, what you can do.¦ Have your whole body looked at."
        " The cause may be anywhere from your back down, even where it does not hurt."
        " So you may treat your foot, and see no results."
        " Find someone who looks for the cause, not just the symptoms.",
        "Por último, qué puede hacer.¦ Haga que le revisen todo el cuerpo."
        " La causa puede estar en cualquier lugar de la espalda para abajo, aunque ahí no duela."
        " Así, puede tratarse el pie sin ver resultados."
        " Busque a alguien que encuentre la causa, no solo los síntomas.",
    ),
    Text(
        "When Doctor Spring first started, he treated what people felt."
        " Getting better took longer than it should."
        " Now he looks at the whole body, and treats the cause. You should too.",
        "Cuando el doctor Spring empezó, trataba lo que la gente sentía."
        " Tardaban más de lo debido en mejorar."
        " Ahora revisa todo el cuerpo y trata la causa. Usted también debería hacerlo.",
    )
    + NOT_ADVICE,
)

TOLD = (
    (
        "foot pain lasts for weeks, months or years, and that is common",
        "the spinal cord ends in the low back",
        "nerves go from the neck to the arms, from the low back to hips and legs",
    ),
    (
        "the low back should bend forward and back",
        "it turns a little",
        "in top athletes the low back muscles work first",
        "they brace the body, so arms and legs can do more",
        "a back that neither moves nor is supported makes legs tight, stiff or inflamed",
        "that leads to trouble in the feet",
    ),
    (
        "the sciatic nerve is the thickest",
        "there is one on each side",
        "a stiff or tight back presses on it or on the nerves that feed it",
        "feet go numb or tingle",
        "balance suffers, and the feet work more",
        "mostly one side gets weaker, and that foot and ankle work more",
    ),
    (
        "fascia lies between skin and muscles",
        "it stretches less than muscle, but can tighten",
        "it runs from the back down the leg to the bottom of the foot",
        "tightness in one place tightens others",
        "the muscles under it move less, and get tight and sore",
    ),
    (
        "the whole body should be looked at",
        "the cause may be anywhere from the back down and not hurt, so treating the foot fails",
        "find someone who treats the cause, not the symptoms",
    ),
    (
        "when he started he treated what people felt, and it took too long",
        "now he looks at the whole body and treats the cause; you should too",
    ),
)
"""What each part tells: the claims of the article in brief, part by part."""
