import { texts } from '../i18n/texts'

export const logInTexts = texts(
  {
    title: 'Log in',
    again: 'Your session has ended',
    againNote: 'Log in again: what you have entered stays.',
    name: 'User name',
    password: 'Password',
    submit: 'Log in',
    busy: 'Checking …',
  },
  {
    title: 'Anmelden',
    again: 'Ihre Sitzung ist zu Ende',
    againNote: 'Melden Sie sich wieder an: Was Sie eingegeben haben, bleibt stehen.',
    name: 'Benutzername',
    password: 'Passwort',
    submit: 'Anmelden',
    busy: 'Wird geprüft …',
  },
)
