import type { Nature, ServiceId } from "./service.ts";

/** What people write about in Québec. */
export const OBJECTS: Record<ServiceId, string> = {
  messagerie:
    "Courriel;Outlook;Agenda d'équipe;Pièce jointe;Boîte du département;Message de vacances;Pourriels;Carnet de contacts;Liste d'envoi",
  poste:
    "Ordi portable;Moniteur;Station d'accueil;Souris sans fil;Clavier;Disque dur;Chargeur;Fureteur;Excel;Session Windows;Caméra web",
  reseau:
    "Internet;Prise réseau;Wi-Fi des visiteurs;Pare-feu;Accès à distance;Routeur;Commutateur du 5e;Fil réseau;Certificat sans fil",
  gestion:
    "SAP;Bon de commande;Facture fournisseur;Écriture comptable;Rapport d'inventaire;Paiement EDI;Fiche article;Bordereau d'expédition",
  impression:
    "Imprimante couleur;Photocopieur;Numériseur;Tiroir à papier;Cartouche noire;File d'impression;Traceur;Code de photocopie",
  acces:
    "Compte réseau;Carte d'accès;Jeton de sécurité;Compte consultant;Permission dossier;Application MFA;Compte partagé;Profil d'usager",
  telephonie:
    "Téléphone de bureau;Cellulaire;Boîte vocale;Casque d'écoute;Transfert d'appel;Carte SIM;Réceptionniste virtuelle;Forfait cellulaire",
  fichiers:
    "Lecteur S;Dossier d'équipe;Fichier Excel;OneDrive;Corbeille;Quota;Copie de sûreté;Raccourci;Bibliothèque de documents",
  visio:
    "Rencontre Teams;Caméra de salle;Micro;Écran tactile;Partage d'écran;Barre de son;Réservation de salle;Projecteur",
  intranet:
    "Page d'accueil;Recherche;Formulaire de vacances;Bottin;Fil de nouvelles;Sondage;Photo de profil;Menu principal",
  rh: "Relevé de paie;Feuille de temps;Banque de congés;Évaluation annuelle;Horaire d'équipe;Dossier d'employé;T4;Remboursement de dépenses",
  caisse:
    "Caisse enregistreuse;Lecteur de codes;Reçu;Terminal Interac;Fermeture de journée;Carte-cadeau;Étiquette de prix",
  crm: "Fiche client;Opportunité;Soumission;Prévision de ventes;Campagne courriel;Import de contacts;Application CRM;Relance",
  atelier:
    "Ordre de production;Terminal de plancher;Balance;Lecteur code-barres;Suivi de lot;Gamme;Automate;Horaire machine",
};

export const SYMPTOMS: Record<Nature, string> = {
  software:
    "gèle;plante;ouvre pas;rentre plus;est barré;tourne dans le vide;perd ce que j'ai tapé;sort une erreur;est pas à jour;est tout mêlé;prend une éternité;imprime croche",
  device:
    "marche pus;est brisé;s'allume pas;flashe;chauffe;fait du bruit;est débranché;charge pas;est tout noir;lâche sans arrêt;est magané;se fait pas reconnaître",
  network:
    "débarque sans arrêt;est lent;rentre pas;est bloqué;tombe le soir;gèle;sort une erreur;perd le signal;est mal identifié;refuse de connecter",
  access:
    "est barré;est expiré;marche pas;est refusé;est perdu;a été enlevé par erreur;demande un code;est au mauvais nom;reste en attente;a pas suivi",
};

export const DETAILS =
  "à la cafétéria;depuis la tempête;au quai de chargement;pour les nouveaux;chez le client à Laval;en télétravail;depuis lundi matin;" +
  "à l'entrepôt de Longueuil;avec mon nouveau portable;pour l'équipe de soir;à l'accueil;pendant la fin de mois;après la mise à niveau;" +
  "dans la salle Mont-Royal;dans la salle Laurier;pour mon patron;à chaque démarrage;depuis le déménagement;au comptoir de pièces;" +
  "pour la stagiaire;sur le quart de nuit;avec la tablette;quand je partage;pour le projet Boréal;en formation;avant la rencontre;" +
  "avec un gros fichier;sur la ligne d'affaires;chez un fournisseur ontarien;depuis la panne d'Hydro;au deuxième;pour la paie;" +
  "en région;depuis mon retour de vacances;pour un appel d'offres;au centre de distribution";

export const OPENINGS = ["Bonjour, ", "Allo ", "Urgent - ", "Bon matin, ", "RE: "];
export const CLOSINGS = [", merci", " svp", " merci bien", " !!", ", bonne journée"];
export const MARKS = ["poste", "billet", "local", "no"];

export const REQUESTS =
  "Demande : *;*;Besoin de *;J'aimerais avoir *;* svp;Faire une demande pour *";
export const REQUEST_DETAILS =
  "pour un nouvel employé;pour l'équipe de Laval;pour le projet Boréal;avant vendredi;pour une stagiaire;suite à un transfert;" +
  "approuvé par mon gestionnaire;pour un consultant;pour le quart de soir;en remplacement;pour l'entrepôt;pour le salon de Québec;" +
  "pour la paie;pour deux personnes;temporairement;pour le service à la clientèle;pour le comptoir;avant la fin du trimestre";
