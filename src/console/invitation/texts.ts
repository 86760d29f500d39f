import { texts } from '../i18n/texts'

export const invitationTexts = texts(
  {
    title: 'Choose your password',
    noToken: 'Open the whole link that you were given.',
    invited: (user: string, role: string) => `You are invited as ${role}. Your user name is ${user}.`,
    reset: (user: string) => `A new password for ${user}. All sessions and tokens end with it.`,
    name: 'User name',
    password: 'Password',
    submit: 'Save the password',
    busy: 'Saving …',
    done: (user: string) => `The password of ${user} is saved. The link is used up.`,
    toLogIn: 'Log in',
  },
  {
    title: 'Passwort wählen',
    noToken: 'Öffnen Sie den ganzen Link, den Sie bekommen haben.',
    invited: (user, role) => `Sie sind als ${role} eingeladen. Ihr Benutzername ist ${user}.`,
    reset: (user) => `Ein neues Passwort für ${user}. Alle Sitzungen und Token enden damit.`,
    name: 'Benutzername',
    password: 'Passwort',
    submit: 'Passwort speichern',
    busy: 'Wird gespeichert …',
    done: (user) => `Das Passwort von ${user} ist gespeichert. Der Link ist verbraucht.`,
    toLogIn: 'Anmelden',
  },
)
