/** Sign-in, set-up and passwords, in English. */
export const entrance = {
  signIn: {
    title: 'Sign in',
    lead: 'Voice to text with speakers, on your own machine.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    wrong: 'Wrong name or password.',
    tooMany: 'Too many attempts. Wait a few minutes, then try again.',
    sso: 'Sign in with your organisation',
    noPasswords: 'Signing in with a password is switched off here.',
    problems: {
      away: 'The sign-in service of your organisation does not answer right now. Try again in a moment.',
      cancelled: 'The sign-in service of your organisation refused the sign-in, or you cancelled it.',
      failed:
        'The sign-in service of your organisation did not confirm who you are. Try again; if that does not help, an administrator can find the reason in the log.',
      expired: 'This sign-in took too long, was already completed, or began in another browser. Start again.',
      tooMany: 'Too many attempts. Wait a few minutes, then try again.',
      noRole: 'Your organisation knows you, but gives you no role here. Ask an administrator.',
      domain: 'Only people with a verified e-mail address of this organisation may sign in here.',
      disabled: 'Your account here is disabled. Ask an administrator.',
    },
    noAccount:
      'No account yet? The first administrator is created with the one-time link printed at start-up, or by “whisper-bot admin add”.',
  },
  setup: {
    title: 'Create the first administrator',
    lead: 'This link works once. Choose a name and a password of at least twelve characters.',
    submit: 'Create account',
    gone: 'This link has been used or has expired. Restart the dashboard for a new one.',
    passwordAgain: 'Repeat the password',
  },
  password: {
    short: 'A password has at least twelve characters.',
    differ: 'The two passwords differ.',
    name: 'A name has 2 to 60 characters: letters, digits, dot, dash, underscore or @.',
    taken: 'This name is taken.',
  },
};
